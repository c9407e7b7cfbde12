"""Telling people: news from the trail, who is told, messages composed, messages sent."""

"""What a transfer leaves to do about the lists of handlers: releases, and who came newly."""

"""What the flow needs from the outside, as protocols with the errors they may raise."""

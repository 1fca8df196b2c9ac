"""What is certified about a loss: its constants, its minimum, its assumptions, a safe step."""

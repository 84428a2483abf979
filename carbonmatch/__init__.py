"""Least-cost portfolios that match a load with carbon-free energy hour by hour."""

__version__ = "0.1.0"

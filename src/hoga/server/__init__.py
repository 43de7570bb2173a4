"""The bridge: REST in front of the desk and the market data, for any language on this computer."""

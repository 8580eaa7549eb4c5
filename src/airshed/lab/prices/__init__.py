"""Published prices, taxes, fees and floors in one language, and a guide price before trade starts."""

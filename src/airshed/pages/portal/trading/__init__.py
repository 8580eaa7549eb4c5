"""The market screen: the page, and its parts by what they answer."""

"""Which tonne burdens whom: a small plume and the matrix it makes."""

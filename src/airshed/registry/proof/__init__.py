"""What a stranger checks of a book without having it: tree heads, signed notes, inclusion and consistency."""

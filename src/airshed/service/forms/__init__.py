"""Forms of commands: their fields with words in both languages, read from what people write and told back."""

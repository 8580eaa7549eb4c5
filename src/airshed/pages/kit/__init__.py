"""What all pages share: words, templates, charts, pictures and PDFs."""

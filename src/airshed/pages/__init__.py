"""Pages: self-contained HTML in English and Chinese, read from books, evidence and results of the lab."""

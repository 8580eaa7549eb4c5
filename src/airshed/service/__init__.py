"""Files and databases: the durable book, evidence, the report."""

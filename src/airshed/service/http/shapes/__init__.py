"""What is sent and answered in JSON, by room, for the service, its OpenAPI document and its client alike."""

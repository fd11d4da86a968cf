"""What several pages show or need."""

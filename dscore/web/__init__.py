"""What the browser asks for beside the pages: routes, and who may ask."""

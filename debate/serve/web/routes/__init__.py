"""The addresses of the page, a module a part of it."""

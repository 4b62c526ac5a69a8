"""An explanation on its own: a page, a plot, a still picture, a file."""

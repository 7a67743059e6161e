"""Two to four scenarios side by side: figures, differences, and what causes them."""

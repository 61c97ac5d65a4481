"""Reading the news: documents, and the events and claims that they report."""

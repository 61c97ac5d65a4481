"""Where the independent solves of an analysis are done (threads, or Ray), and the folder that keeps what is done."""

"""Executors of independent solves (threads, Ray), and folders that keep finished solves."""

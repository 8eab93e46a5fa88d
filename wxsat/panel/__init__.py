"""Supervisors' monthly scoring sheets and the readiness list before launch."""

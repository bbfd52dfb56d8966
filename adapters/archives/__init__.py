"""Mail archives and chat exports: taken apart, sealed, indexed and searched for one case (issue 6, point 7)."""

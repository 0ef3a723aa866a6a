"""Finds the names of the levels of state secrets (Mật, Tối mật, Tuyệt mật) in a text, even if they are disguised."""

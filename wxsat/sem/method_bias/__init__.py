"""Method bias by models: Harman's description, an unmeasured method factor, and the CFA marker technique."""

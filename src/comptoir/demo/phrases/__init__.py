"""
The phrase bank: what is said to the fictional shop and what it answers, all written for it.

Markup is that of comptoir.demo.grammar: `[a|b]` alternatives, `<vous|tu>` register, `{slot}` facts.
"""

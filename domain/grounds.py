"""On which ground data are erased, and the only ones on which something may be kept although that was asked for (Article 17).

A person who wants their data gone does not have to fit one of Article 17(1): each collection has its own, from its lawful basis,
and the plan records it.
"""

from typing import Literal

# No longer needed, since whoever asks wants none of it any more; or the consent that it rested on ends with the request.
Because = Literal["17(1)(a)", "17(1)(b)"]
Ground = Literal["17(3)(a)", "17(3)(b)", "17(3)(c)", "17(3)(d)", "17(3)(e)"]

"""Use cases of departments: made, renamed, ended by the district, and who holds which function from which day on.

Not here: finding the addressee of a referral and moving referrals on (referrals/), people of a department (accounts/).
"""

from backend.services.departments.changing import (
    NewDepartment,
    create_department,
    rename_department,
    set_office_hours,
    settle_renames,
)
from backend.services.departments.dissolving import Dissolution, dissolve_department
from backend.services.departments.functions import FunctionChange, assign_function, end_function

__all__ = [
    "Dissolution",
    "FunctionChange",
    "NewDepartment",
    "assign_function",
    "create_department",
    "dissolve_department",
    "end_function",
    "rename_department",
    "set_office_hours",
    "settle_renames",
]

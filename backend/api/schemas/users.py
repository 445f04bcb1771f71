"""Shapes of users and devices."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Day, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.api.schemas.secret import Secret
from backend.domain.vocabulary import Category, Role

AT_ONCE = validate.Length(max=50)  # no person holds more roles than that
STREET = {"description": "9-digit street code", "example": "310107005"}


class RoleGrantSchema(Schema):
    """A role to be held."""

    role = Choice(Role, required=True)
    street_code = Words(max_length=9, load_default=None, allow_none=True, metadata=STREET)
    department = Words(
        max_length=100, load_default=None, allow_none=True, metadata={"description": "Code of the department"}
    )
    valid_from = Day(load_default=None, allow_none=True, metadata={"description": "Default: today"})
    valid_to = Day(load_default=None, allow_none=True, metadata={"description": "First day it holds no more"})


class HeldRoleSchema(Schema):
    """A role that is held now or later; its end is exclusive."""

    role = fields.String(required=True, metadata={"enum": list(Role)})
    street_code = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True, metadata={"description": "Code"})
    department_name = fields.String(required=True, allow_none=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


class UserSchema(Schema):
    """A user."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    is_active = fields.Boolean(required=True)
    locked_until = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Locked out after failures until then"}
    )
    password_changed_at = fields.AwareDateTime(required=True)
    created_at = fields.AwareDateTime(required=True)
    second_factor = fields.Boolean(required=True, metadata={"description": "Signing in wants a code too"})
    roles = fields.List(fields.Nested(HeldRoleSchema), required=True)
    skills = fields.List(fields.String(metadata={"enum": list(Category)}), required=True)


class UserPageSchema(PageSchema):
    """Users, newest first."""

    items = fields.List(fields.Nested(UserSchema), required=True)


class UserQuerySchema(PageQuerySchema):
    """Filters; all given ones must hold."""

    role = Choice(Role, load_default=None)
    street = Words(max_length=9, load_default=None, metadata=STREET)
    active = fields.Boolean(load_default=None)
    text = Words(max_length=100, load_default=None, metadata={"description": "Part of the name or user name"})
    department = Words(max_length=64, load_default=None, metadata={"description": "Officers of it; its code"})
    without_role = fields.Boolean(load_default=None, metadata={"description": "Holds no role now or later"})


class NewUserSchema(Schema):
    """A user to be made."""

    EXAMPLE: ClassVar = {
        "username": "worker31",
        "name": "王小明",
        "password": "Patrol-pass-2026",
        "roles": [{"role": "grid_worker", "street_code": "310107005"}],
        "skills": ["illegal_practice", "water_vending"],
    }

    username = Words(required=True, min_length=2, max_length=64, metadata={"description": "a–z, digits or . _ -"})
    name = Words(required=True, min_length=1, max_length=100)
    password = Secret()
    roles = fields.List(fields.Nested(RoleGrantSchema), load_default=list, validate=AT_ONCE)
    skills = fields.List(Choice(Category), load_default=list, validate=AT_ONCE)


class RolesSchema(Schema):
    """All roles the user shall hold from today on; those left out end today."""

    EXAMPLE: ClassVar = {
        "roles": [{"role": "street_coordinator", "street_code": "310107005", "valid_from": "2026-12-01"}]
    }

    roles = fields.List(fields.Nested(RoleGrantSchema), required=True, validate=AT_ONCE)


class SkillsSchema(Schema):
    """All categories the user is trained for from today on."""

    EXAMPLE: ClassVar = {"skills": ["illegal_practice", "water_vending"]}

    skills = fields.List(Choice(Category), required=True, validate=AT_ONCE)


class ReasonSchema(Schema):
    """Why, for the history."""

    EXAMPLE: ClassVar = {"reason": "已离职"}

    reason = Words(max_length=500, load_default=None, allow_none=True)


class NewPasswordSchema(Schema):
    """The password the user shall have."""

    EXAMPLE: ClassVar = {"password": "Patrol-pass-2026"}

    password = Secret()

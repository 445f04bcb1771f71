"""Settings: defaults, overrides, and a bad value that names its variable."""

from pathlib import Path

import pytest

from backend.domain.seals import ALGORITHMS
from backend.domain.vocabulary import Role
from backend.gateways.cluster import database_url, libpq_url
from backend.settings import (
    CHECKOUT,
    ROLES,
    SEAL_ALGORITHMS,
    Environment,
    OidcSettings,
    PhotoPlace,
    S3Settings,
    SettingError,
    Settings,
    load_settings,
)

OIDC = {"OIDC_ISSUER": "https://login.example.org/realms/city/", "OIDC_CLIENT_ID": "gridpatrol"}


def test_an_openid_provider_and_a_secret_that_nobody_sees() -> None:
    settings = load_settings({**OIDC, "OIDC_CLIENT_SECRET": "top-secret", "OIDC_SECOND_FACTOR": "yes"})
    assert settings.oidc == OidcSettings(
        "https://login.example.org/realms/city/", "gridpatrol", "top-secret", second_factor=True
    )
    assert "top-secret" not in repr(settings)
    for lacking in OIDC:
        with pytest.raises(SettingError) as caught:
            load_settings({**OIDC, lacking: ""})
        assert caught.value.variable == lacking


def test_nothing_given_means_a_private_loopback_service() -> None:
    settings = load_settings({})
    assert settings == Settings()
    assert settings.var_dir == CHECKOUT / "var"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.is_embedded
    assert settings.is_loopback


def test_everything_is_read(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "VAR_DIR": str(tmp_path),
            "HOST": "0.0.0.0",
            "PORT": "9001",
            "DATABASE_URL": "postgres://user:secret@db/gp",
            "ENVIRONMENT": "Production",
            "DEMO_PASSWORD": "a long enough one",
            "ACCESS_TOKEN_SECONDS": "600",
            "REFRESH_TOKEN_DAYS": "7",
            "WEB_SESSION_IDLE_MINUTES": "30",
            "WEB_SESSION_HOURS": "8",
            "SECOND_FACTOR_ROLES": "administrator, Auditor",
            "PUBLIC_URL": "https://Patrol.example.org:8443/",
            "SEAL_ALGORITHM": "SM3",
            "METRICS_TOKEN": "sixteen-or-more-x",
            "HORIZON_WARNING_SECONDS": "5",
            "EXPORT_DAYS": "3",
        }
    )
    assert settings.media_dir == tmp_path / "media"
    assert (settings.exports_dir, settings.export_days) == (tmp_path / "exports", 3)
    assert settings.keys_dir == tmp_path / "keys"
    assert settings.port == 9001
    assert settings.environment is Environment.PRODUCTION
    assert (settings.access_token_seconds, settings.refresh_token_days) == (600, 7)
    assert (settings.web_session_idle_minutes, settings.web_session_hours) == (30, 8)
    assert settings.second_factor_roles == {"administrator", "auditor"}
    assert settings.public_url == "https://patrol.example.org:8443"
    assert (settings.seal_algorithm, settings.metrics_token) == ("sm3", "sixteen-or-more-x")
    assert settings.horizon_warning_seconds == 5
    assert not settings.is_embedded
    assert not settings.is_loopback
    assert database_url(settings) == "postgresql+psycopg://user:secret@db/gp"
    assert libpq_url(database_url(settings)) == "postgresql://user:secret@db/gp"


def test_an_s3_service_and_its_keys_that_nobody_sees() -> None:
    given = {
        "PHOTO_STORE": "S3",
        "S3_BUCKET": "photos",
        "S3_ENDPOINT": "https://s3.example.org/",
        "S3_ACCESS_KEY": "top-secret-name",
        "S3_SECRET_KEY": "top-secret-key",
        "S3_PATH_STYLE": "no",
    }
    settings = load_settings(given)
    assert settings.photo_store is PhotoPlace.S3
    assert settings.s3 == S3Settings(
        "photos", "https://s3.example.org", "us-east-1", False, "top-secret-name", "top-secret-key"
    )
    assert "top-secret" not in repr(settings)
    assert load_settings({**given, "PHOTO_STORE": ""}).photo_store is PhotoPlace.LOCAL  # set up, for moving there
    for lacking, told in (("S3_BUCKET", "S3_BUCKET"), ("S3_SECRET_KEY", "S3_SECRET_KEY")):
        with pytest.raises(SettingError) as caught:
            load_settings({**given, lacking: ""})
        assert caught.value.variable == told
        assert "top-secret" not in str(caught.value)


def test_the_embedded_address_is_a_socket_below_the_data_folder(open_folder: Path) -> None:
    url = database_url(load_settings({"VAR_DIR": str(open_folder)}))
    assert url.startswith("postgresql+psycopg://gridpatrol@/gridpatrol?host=%2F")
    assert url.endswith("postgres%2Fsocket&port=5432")


def test_a_relative_data_folder_is_below_the_checkout() -> None:
    assert load_settings({"VAR_DIR": "var2"}).var_dir == CHECKOUT / "var2"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "８０００"),
        ("PORT", "http"),
        ("PORT", "-1"),
        ("VAR_DIR", "/"),
        ("VAR_DIR", "setup.cfg"),
        ("HOST", "http://127.0.0.1"),
        ("HOST", "127.0.0.1 8000"),
        ("DATABASE_URL", "sqlite:///x.db"),
        ("DATABASE_URL", "mysql://u:top-secret@h/d"),
        ("ENVIRONMENT", "staging"),
        ("DEMO_PASSWORD", "top-sec"),
        ("ACCESS_TOKEN_SECONDS", "59"),
        ("WEB_SESSION_IDLE_MINUTES", "1"),
        ("WEB_SESSION_HOURS", "0"),
        ("SECOND_FACTOR_ROLES", "administrator,boss"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("OIDC_ISSUER", "https://user:top-secret@login.example.org"),
        ("OIDC_SCOPE", "profile"),
        ("PUBLIC_URL", "patrol.example.org"),
        ("PUBLIC_URL", "https://patrol.example.org/patrol"),
        ("PUBLIC_URL", "https://user:top-secret@patrol.example.org"),
        ("REFRESH_TOKEN_DAYS", "many"),
        ("MAX_IMPORT_BYTES", "1e6"),
        ("PHOTO_STORE", "tape"),
        ("S3_BUCKET", "A_Bucket"),
        ("S3_ENDPOINT", "https://user:top-secret@s3.example.org"),
        ("S3_ENDPOINT", "s3.example.org"),
        ("S3_PATH_STYLE", "maybe"),
        ("SEAL_ALGORITHM", "md5"),
        ("METRICS_TOKEN", "top-sec-short"),
        ("HORIZON_WARNING_SECONDS", "0"),
    ],
)
def test_a_bad_value_names_its_variable_and_hides_secrets(variable: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        load_settings({"S3_BUCKET": "photos", **OIDC, variable: value})
    assert caught.value.variable == variable
    assert str(caught.value).startswith(f"{variable}=")
    assert "top-sec" not in str(caught.value)


@pytest.mark.parametrize("blank", ["", "   "])
def test_an_empty_value_counts_as_not_given(blank: str) -> None:
    assert load_settings({"PORT": blank, "DATABASE_URL": blank}) == Settings()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("gp.example", False),
    ],
)
def test_only_this_machine_counts_as_loopback(host: str, loopback: bool) -> None:
    assert load_settings({"HOST": host}).is_loopback is loopback


def test_the_roles_that_may_be_named_are_all_roles() -> None:
    assert tuple(Role) == ROLES


def test_every_algorithm_that_may_be_set_can_be_computed() -> None:
    assert set(SEAL_ALGORITHMS) == set(ALGORITHMS)

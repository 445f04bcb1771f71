"""Reads the service with QGIS and prints what it found as JSON. Run by the system's own Python, for which Debian builds QGIS:
read_with_qgis.py URL USERNAME PASSWORD. Not here: what should be found (test_qgis.py).
"""

import json
import sys
import tempfile
import urllib.request
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)

AUTH_ID = "gridpat"


def sign_in(application, username, password):
    """What the page tells people to do in QGIS's options, once."""
    manager = application.authManager()
    manager.setMasterPassword("only for this test", True)
    config = QgsAuthMethodConfig("Basic")
    config.setId(AUTH_ID)
    config.setName("GridPatrol")
    config.setConfig("username", username)
    config.setConfig("password", password)
    assert manager.storeAuthenticationConfig(config), "the configuration was not stored"


def described(layer):
    """What QGIS makes of a layer, read to its end."""
    east = QgsFeatureRequest().setFilterRect(QgsRectangle(121.43, 31, 121.46, 32))
    features = list(layer.getFeatures())
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "geometry": layer.wkbType(),
        "counted": layer.featureCount(),
        "read": len(features),
        "ids": len({feature["id"] for feature in features}),
        "placed": sum(feature.hasGeometry() for feature in features),
        "in_box": sum(1 for _ in layer.getFeatures(east)),
        "fields": {field.name(): [field.typeName(), layer.attributeDisplayName(index)]
                   for index, field in enumerate(layer.fields())},
        "renderer": layer.renderer().type(),
        "labels": layer.labelsEnabled(),
    }  # fmt: skip


def by_hand(url, collection):
    """The layer as somebody adds it who has no project file."""
    source = QgsDataSourceUri()
    source.setParam("url", f"{url}/ogc")
    source.setParam("typename", collection)
    source.setParam("pagingEnabled", "true")
    source.setAuthConfigId(AUTH_ID)
    return QgsVectorLayer(source.uri(False), collection, "OAPIF")


def main(url, username, password):
    """Everything the test asks about."""
    profile = tempfile.mkdtemp()
    application = QgsApplication([], False, profile)
    QgsApplication.initQgis()
    sign_in(application, username, password)
    told = {name: described(by_hand(url, name)) for name in ("grids", "sites", "reports", "referrals")}
    file = Path(profile) / "gridpatrol.qgs"
    with urllib.request.urlopen(f"{url}/ogc/qgis-project.qgs", timeout=20) as answer:
        file.write_bytes(answer.read())
    project = QgsProject.instance()
    loaded = project.read(str(file))
    layers = project.mapLayers().values()
    print(json.dumps({
        "by_hand": told,
        "loaded": loaded,
        "title": project.title(),
        "crs": project.crs().authid(),
        "extent": [project.viewSettings().defaultViewExtent().xMinimum()],
        "tree": [node.name() for node in project.layerTreeRoot().findLayers()],
        "project": {layer.name(): described(layer) for layer in layers if layer.providerType() == "OAPIF"},
        "tiles": {layer.name(): [layer.isValid(), layer.crs().authid(), layer.source()]
                  for layer in layers if isinstance(layer, QgsVectorTileLayer)},
        "categories": [category.label() for category in project.mapLayersByName("上报")[0].renderer().categories()],
    }, ensure_ascii=False))  # fmt: skip
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

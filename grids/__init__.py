"""Ground floor: pure geometry of patrol grids. Knows shapely, pyproj, pyogrio and numpy; knows nothing of backend/.

Import the modules themselves (`from grids.locator import Locator`): this file stays empty, so a small import is cheap.
"""

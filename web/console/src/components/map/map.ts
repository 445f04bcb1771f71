// Making a map: projection, controls, ways to reach it by keyboard. Not here: what is drawn on it (MapFeatures, MapTiles).
import type { InjectionKey, ShallowRef } from 'vue'
import OlMap from 'ol/Map'
import View from 'ol/View'
import ScaleLine from 'ol/control/ScaleLine'
import { defaults as defaultControls } from 'ol/control/defaults'
import { fromLonLat, toLonLat, transformExtent } from 'ol/proj'
import { circular } from 'ol/geom/Polygon'
import type Feature from 'ol/Feature'
import type { FeatureLike } from 'ol/Feature'

/** Longitude and latitude in degrees (CGCS2000, taken as equal to WGS-84). */
export type LonLat = [number, number]
/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number]

export const MAP: InjectionKey<ShallowRef<OlMap | null>> = Symbol('map')

/** Putuo with some room: where a map begins that has nothing to show yet. */
export const DISTRICT: Bounds = [121.32, 31.2, 121.47, 31.31]

export function makeMap(target: HTMLElement, bounds: Bounds): OlMap {
  const map = new OlMap({
    target,
    controls: defaultControls({ attributionOptions: { collapsible: false } }).extend([new ScaleLine({ minWidth: 70 })]),
    view: new View({ minZoom: 8, maxZoom: 21, constrainResolution: false }),
  })
  fitBounds(map, bounds, 0)
  return map
}

/** Shows `bounds` with some room around them. */
export function fitBounds(map: OlMap, bounds: Bounds, duration = 250): void {
  if (!bounds.every(Number.isFinite)) return
  map
    .getView()
    .fit(transformExtent(bounds, 'EPSG:4326', 'EPSG:3857'), { padding: [24, 24, 24, 24], maxZoom: 18, duration })
}

/** What is in view. */
export function viewBounds(map: OlMap): Bounds {
  return transformExtent(map.getView().calculateExtent(map.getSize()), 'EPSG:3857', 'EPSG:4326') as Bounds
}

export const toMap = (point: LonLat): number[] => fromLonLat(point)
export const fromMap = (point: number[]): LonLat => toLonLat(point) as LonLat

/** The circle within which a fix lies, as a polygon of the map; `radius` in metres on the ground. */
export const accuracyCircle = (centre: LonLat, radius: number) =>
  circular(centre, radius, 64).transform('EPSG:4326', 'EPSG:3857')

export type Picked = { id: string; properties: Record<string, unknown>; feature: Feature | FeatureLike }

// Making a map: projection, controls, ways to reach it by keyboard. Not here: what is drawn on it (MapFeatures, points/), the
// base map (baseMap.ts), the datum in which it is drawn (datum.ts).
import type { InjectionKey, ShallowRef } from 'vue'
import OlMap from 'ol/Map'
import View from 'ol/View'
import ScaleLine from 'ol/control/ScaleLine'
import { defaults as defaultControls } from 'ol/control/defaults'
import { transformExtent } from 'ol/proj'
import { circular } from 'ol/geom/Polygon'
import type Feature from 'ol/Feature'
import type { FeatureLike } from 'ol/Feature'
import type { Ground } from './ground'
import { fromScreen, GROUND, SCREEN, toScreen } from './datum'

/** Longitude and latitude in degrees (CGCS2000, taken as equal to WGS-84). */
export type LonLat = [number, number]
/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number]

export const MAP: InjectionKey<ShallowRef<OlMap | null>> = Symbol('map')
/** The grids and names that the map stands on. */
export const GROUND_OF: InjectionKey<Ground> = Symbol('ground')

/** Putuo with some room: where a map begins that has nothing to show yet. */
export const DISTRICT: Bounds = [121.32, 31.2, 121.47, 31.31]

/** `view`: for maps that are moved together. */
export function makeMap(target: HTMLElement, bounds: Bounds, view?: View, words?: ZoomWords): OlMap {
  const map = new OlMap({
    target,
    controls: defaultControls({
      attributionOptions: { collapsible: false },
      zoomOptions: words ? { zoomInTipLabel: words.closer, zoomOutTipLabel: words.farther } : undefined,
      rotate: false,
    }).extend([new ScaleLine({ minWidth: 70 })]),
    view: view ?? new View({ minZoom: 8, maxZoom: 21, constrainResolution: false, enableRotation: false }),
    keyboardEventTarget: target,
    maxTilesLoading: 12,
  })
  if (!view) fitBounds(map, bounds, 0)
  return map
}

export type ZoomWords = { closer: string; farther: string }

/** Shows `bounds` with some room around them; `padding`: top, right, bottom, left, for what lies over the map. */
export function fitBounds(map: OlMap, bounds: Bounds, duration = 250, padding = [24, 24, 24, 24]): void {
  if (!bounds.every(Number.isFinite)) return
  map.getView().fit(transformExtent(bounds, GROUND, SCREEN), { padding, maxZoom: 18, duration })
}

/** What is in view. */
export function viewBounds(map: OlMap): Bounds {
  return transformExtent(map.getView().calculateExtent(map.getSize()), SCREEN, GROUND) as Bounds
}

export const toMap = (point: LonLat): number[] => toScreen(point)
export const fromMap = (point: number[]): LonLat => fromScreen(point)

/** The circle within which a fix lies, as a polygon of the map; `radius` in metres on the ground. */
export const accuracyCircle = (centre: LonLat, radius: number) => circular(centre, radius, 64).transform(GROUND, SCREEN)

export type Picked = { id: string; properties: Record<string, unknown>; feature: Feature | FeatureLike }

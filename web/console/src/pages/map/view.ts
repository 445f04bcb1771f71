// Where the map looks, in the address and back. Not here: what it shows.
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type OlMap from 'ol/Map'
import { boundingExtent } from 'ol/extent'
import { transformExtent } from 'ol/proj'
import { GROUND, SCREEN } from '@/components/map/datum'
import { DISTRICT, fitBounds, fromMap, toMap, type Bounds, type LonLat } from '@/components/map/map'
import type { Group } from '@/components/map/points/cluster'
import { boundsOf, type GridShape } from '@/components/map/grids'
import { writePlace, type Place } from './state'

type Padding = () => [number, number, number, number]
const SETTLED_MS = 250

export function usePlace(place: Ref<Place | null>, padding: Padding) {
  const map = shallowRef<OlMap | null>(null)
  let district: Bounds = DISTRICT
  // said by the address before the map itself wrote there
  const isGiven = place.value !== null
  let written = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  const now = (): Place => {
    const view = map.value!.getView()
    const [lon, lat] = fromMap(view.getCenter()!)
    return { lon, lat, zoom: view.getZoom()! }
  }
  const go = ({ lon, lat, zoom }: Place): void => {
    map.value!.getView().setCenter(toMap([lon, lat]))
    map.value!.getView().setZoom(zoom)
  }
  function keep(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!map.value) return
      written = writePlace(now())
      place.value = now()
    }, SETTLED_MS)
  }
  const fit = (bounds: Bounds, duration = 300): void => fitBounds(map.value!, bounds, duration, padding())
  const fitExtent = (extent: number[], duration = 300): void =>
    fit(transformExtent(extent, SCREEN, GROUND) as Bounds, duration)
  const home = (duration = 300): void => fit(district, duration)
  function start(made: OlMap): void {
    map.value = made
    if (place.value) go(place.value)
    else home(0)
    made.on('moveend', keep)
  }
  // an address typed or a step back: not what this map wrote itself
  watch(place, (wanted) => {
    if (wanted && map.value && writePlace(wanted) !== written) go(wanted)
  })
  onScopeDispose(() => clearTimeout(timer))
  return {
    start,
    fit,
    fitExtent,
    home,
    fitRing: (ring: LonLat[]): void => fitExtent(boundingExtent(ring.map((corner) => toMap(corner)))),
    /** The grids have come: the first look is upon them, unless the address said where to look. */
    arrive: (shapes: GridShape[]): void => {
      district = boundsOf(shapes) ?? DISTRICT
      if (!isGiven && map.value) home(0)
    },
    closer: (group: Group): void => fitExtent(around(group)),
    panTo: (point: number[]): void => map.value?.getView().animate({ center: point, duration: 250 }),
  }
}

/** What a bubble covers, with room for what a tile's cell does not tell. */
function around({ x, y, members }: Group): number[] {
  const reach = Math.max(60, ...members.map((one) => Math.max(Math.abs(one.x - x), Math.abs(one.y - y))))
  return [x - reach, y - reach, x + reach, y + reach]
}

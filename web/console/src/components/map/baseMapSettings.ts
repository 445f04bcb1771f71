// Which base map the district has chosen, asked of the server once.
import { NO_BASE_MAP, type BaseMap } from './baseMap'

/** The base map of the district; none while it is not known. */
export async function fetchBaseMap(): Promise<BaseMap> {
  return NO_BASE_MAP
}

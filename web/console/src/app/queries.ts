// How answers of the server are kept: shown at once, asked again in the background, dropped at sign-out.
import { QueryClient } from '@tanstack/vue-query'
import { asProblem } from '@/api'

const FRESH_MS = 15_000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (count, error) => count < 2 && asProblem(error).isTemporary,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
})

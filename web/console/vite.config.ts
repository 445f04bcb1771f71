// Builds the console into the folder from which the backend serves it. Nothing comes from another host.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const PACKED = /\.(js|css|svg|html|json)$/

/** Writes .br and .gz beside every text file once all are written, so that no request pays for packing. */
function packed(): Plugin {
  return {
    name: 'gridpatrol-packed',
    apply: 'build',
    async writeBundle({ dir }, bundle) {
      // read back from the disk: other plugins may change the code until it is written
      for (const name of Object.keys(bundle).filter((one) => PACKED.test(one))) {
        const source = await readFile(join(dir!, name))
        if (source.length < 1024) continue
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
        await writeFile(join(dir!, `${name}.br`), brotliCompressSync(source, quality))
        await writeFile(join(dir!, `${name}.gz`), gzipSync(source, { level: 9 }))
      }
    },
  }
}

export default defineConfig({
  root: here('.'),
  plugins: [
    vue(),
    Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
    packed(),
  ],
  resolve: { alias: { '@': here('./src'), '@shared': here('../shared') } },
  build: {
    outDir: here('../../backend/web/static/console'),
    emptyOutDir: true,
    target: 'chrome100',
    cssCodeSplit: true,
    manifest: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { '^/(api|docs|ogc|openapi.json|version)': process.env.GRIDPATROL_URL ?? 'http://127.0.0.1:8000' } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', '../shared/**/*.test.ts'],
    // Element Plus imports its styles; only vite can read them.
    server: { deps: { inline: ['element-plus'] } },
  },
})

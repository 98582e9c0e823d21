import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

// Where the development server finds a running Anlan.
const backend = process.env.ANLAN_URL ?? 'http://127.0.0.1:8765'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 1600 },
  server: { proxy: { '/api': { target: backend, changeOrigin: false } } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'] },
})

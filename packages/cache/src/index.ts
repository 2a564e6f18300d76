export * from './cache.ts'
export { createMemoryCache, type MemoryCacheOptions } from './memory-cache.ts'
export { type CacheOptions, openCache } from './open-cache.ts'

import { registerHooks } from 'node:module'

/**
 * dependency-cruiser parses TypeScript with the compiler's JavaScript API, which TypeScript 7 no longer has; without it the tool
 * reads no module and reports success. TypeScript 6 is installed beside it as `typescript-6`; under this hook that is what the
 * name `typescript` means in this process. Import dependency-cruiser only through this file.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const isCompiler = specifier === 'typescript' || specifier.startsWith('typescript/')
    return nextResolve(isCompiler ? specifier.replace('typescript', 'typescript-6') : specifier, context)
  },
})

const { cruise } = await import('dependency-cruiser')
const { default: extractTsConfig } = await import('dependency-cruiser/config-utl/extract-ts-config')

export { cruise, extractTsConfig }

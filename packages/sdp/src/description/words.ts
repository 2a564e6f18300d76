/** What spaces separate, however many; without regular expressions, whose time could grow with the square of a hostile line. */
export const words = (value: string): string[] => value.split(' ').filter((word) => word !== '')

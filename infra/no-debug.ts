/**
 * Stands in bundles for the package `debug`, which some dependency of a dependency brings along. It would write what it likes
 * to the log as soon as somebody sets DEBUG, and ours hold typed facts only; it also asks for an optional package at run time.
 */
const silent = (): void => {};

export default (): typeof silent => silent;

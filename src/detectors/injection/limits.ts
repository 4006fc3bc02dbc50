/** Bounds of one inspection. Every loop of this folder ends at one of them. */
export interface ViewLimits {
  /** Longest text that is read at all, in UTF-16 code units; what is longer is a fault, not a pass. */
  readonly textCharactersMax: number;
  /** How often a decoded text may be decoded again. */
  readonly depthMax: number;
  /** All decoded views of a text together, as a multiple of its length; the next view that would cross it is a fault. */
  readonly decodedFactorMax: number;
  /** A floor under `decodedFactorMax`, so that a short text can carry its layers, in UTF-16 code units. */
  readonly decodedCharactersMin: number;
  /** Most views of a text. */
  readonly viewsMax: number;
}

/** What the gateway uses unless a caller says otherwise. */
export const VIEW_LIMITS: ViewLimits = {
  textCharactersMax: 8_388_608,
  depthMax: 3,
  decodedFactorMax: 2,
  decodedCharactersMin: 4_096,
  viewsMax: 24,
};

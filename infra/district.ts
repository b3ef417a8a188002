/** The district that is synthesized, and where its data may live. The folder's own rules are in `district-folder.ts`. */
import { existsSync, readFileSync } from 'node:fs';
import { readModel } from '#domain/catalogue/text-model.ts';
import type { District } from '#schemas/district.ts';
import { compileDistrict } from './district-folder.ts';
import { isMainlandChina, MAINLAND_REGIONS } from './partition.ts';

/** A mainland district was asked for outside the mainland. */
export class OutsideMainlandError extends Error {
  override name = 'OutsideMainlandError';
  readonly district: string;
  readonly region: string;

  constructor(district: string, region: string) {
    super(
      `District "${district}" keeps its citizens' data on the Chinese mainland, and ${region} is outside of it. ` +
        `Choose ${MAINLAND_REGIONS.join(' or ')}, or pass --allow-outside-mainland (context allowOutsideMainland) ` +
        'if this deployment holds no real data.',
    );
    this.district = district;
    this.region = region;
  }
}

/**
 * The compiled and validated district.
 * @throws Error naming file, row and column when the folder breaks a rule
 */
export function loadDistrict(id: string, root?: string): District {
  return compileDistrict(id, root);
}

/** @throws OutsideMainlandError */
export function assertRegionAllowed(district: District, region: string, allowOutsideMainland: boolean): void {
  if (district.mainland && !isMainlandChina(region) && !allowOutsideMainland) {
    throw new OutsideMainlandError(district.id, region);
  }
}

/** 文字识别模型 of the folder, if it has one. @throws Error naming the file when it is damaged */
export function loadModel(id: string): Uint8Array | undefined {
  const file = new URL(`../districts/${id}/model.bin`, import.meta.url);
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  try {
    readModel(bytes);
  } catch (cause) {
    throw new Error(
      `districts/${id}/model.bin is damaged: delete it, then npm run classifier -- train --district ${id}`,
      { cause },
    );
  }
  return bytes;
}

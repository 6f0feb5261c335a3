import { writeFileSync } from 'node:fs';
import { renderShapeTable } from '../packages/server/src/aws/ec2-xml/render-shape-table.ts';

const target = new URL('../packages/server/src/aws/ec2-xml/shape-table.generated.ts', import.meta.url);
writeFileSync(target, renderShapeTable());

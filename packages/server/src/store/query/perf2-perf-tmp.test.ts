import { test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { openGround } from '../testing/ground.ts';
test('perf', { timeout: 600_000 }, async () => {
	const g = await openGround(openTestCluster);
	const time = async (name: string, q: string) => { const r = await g.look<Record<string, string>>(`set max_parallel_workers_per_gather = 0; set work_mem = '64MB'; `).then(() => g.look<Record<string,string>>(`explain (analyze, timing off, buffers off) ${q}`)); console.log(name, r.map((x) => Object.values(x)[0]).slice(-1)[0]); };
	await g.look(`create table t as select i, (array['running','stopped'])[1+i%2] a, (array['linux','windows'])[1+(i/7)%2] b, 't3.'||(hashint4(i)%40) c, 'vpc-'||(hashint4(i+1)%1200) d, 'ami-'||(hashint4(i+2)%700) e, 'team'||(hashint4(i+3)%50) f, (100000000001 + hashint4(i)%100)::text h, 'r'||(i%4) k, (array['prod','dev'])[1+i%2] l, 'x' m,
	array['account_id=100000000001','region=r1','state=running','os_platform=linux','os=linux/unix','model=t3.micro','vpc_id=vpc-1233','subnet_id=sub-'||i,'image_id=ami-123','owner=abc','environment=prod','security_groups.id=sg-1231','security_groups.name=def'] || array(select 'tags?tag'||((i+k)%30) from generate_series(1,8) k) || array(select 'tags6=tag'||k||'='||i from generate_series(1,8) k) as terms
	from generate_series(1, 100000) i; analyze t`);
	for (const n of [1,2]) {
	await time('scan', `select count(*) from t`);
	await time('values', `select f, v, count(*) from t cross join lateral (values (0,a),(1,b),(2,c),(3,d),(4,e),(5,f),(6,h),(7,k),(8,l),(9,m)) p(f,v) group by 1,2`);
	await time('gsets', `select a,b,c,d,e,f,h,k,l,m,count(*) from t group by grouping sets ((a),(b),(c),(d),(e),(f),(h),(k),(l),(m))`);
	await time('unnest', `select f, v, count(*) from t cross join lateral unnest(array[0,1,2,3,4,5,6,7,8,9], array[a,b,c,d,e,f,h,k,l,m]) p(f,v) group by 1,2`);
	await time('union', Array.from('abcdefhklm').map((x) => `select '${x}', ${x}, count(*) from t group by 2`).join(' union all '));
	await time('tags subplan', `select v, count(*) from t cross join lateral unnest(coalesce(nullif(array(select substr(t,6) from unnest(terms) t where t ^@ 'tags?'), '{}'), array[null::text])) v group by 1`);
	await time('tags unnest', `select v, count(*) from t cross join lateral unnest(terms) v where v ^@ 'tags?' group by 1`);
	await time('tags unnest like', `select v, count(*) from t cross join lateral unnest(terms) v where v like 'tags?%' group by 1`);
	await time('tags unnest ge', `select v, count(*) from t cross join lateral unnest(terms) v where v >= 'tags?' and v < 'tags@' collate "C" group by 1`);
	}
	await g.close();
});

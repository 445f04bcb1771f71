-- A district of 450 grids with :n reports: four fifths of them around sixty busy spots, the rest anywhere; one in thirty is a
-- problem with two referrals; one every forty seconds up to :now. Chance is a hash, so that every run has the same ones.
CREATE FUNCTION pg_temp.chance(i bigint, k integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8(i * 131 + k)::bigint + 2147483648) / 4294967296.0 $$;
INSERT INTO users (id, username, name, password_hash, is_active, failed_logins, password_changed_at, created_at)
SELECT ('00000000-0000-0000-0000-'||lpad(i::text,12,'0'))::uuid, 'w'||i, 'W'||i, '!', true, 0, now(), now() FROM generate_series(1,600) i;
INSERT INTO grid_versions (id, district_code, label, status, valid_from, source_name, source_sha256, options, problems, grid_count, created_at)
SELECT '00000000-0000-0000-0003-000000000001', '310107', 'bench', 'published', '2020-01-01', 'bench', repeat('0', 64), '{}', '[]', 450, now();
INSERT INTO grids (id, version_id, code, name, street_code, area_m2, geometry)
SELECT gen_random_uuid(), '00000000-0000-0000-0003-000000000001', s||'001'||lpad((x%6*8+y%8+1)::text,3,'0'), '网格'||x||'-'||y, s, 1,
 ST_Multi(ST_MakeEnvelope(121.36+x/300.0, 31.21+y/214.0, 121.36+(x+1)/300.0, 31.21+(y+1)/214.0, 4490))
FROM generate_series(0,29) x, generate_series(0,14) y, LATERAL (SELECT (ARRAY['310107005','310107014','310107015','310107016','310107017','310107020','310107021','310107022','310107102','310107103'])[1+x/6*2+y/8] s) z;
INSERT INTO sites (id,name,address,category,status,licence,created_at,version,street_code,grid_code,position)
SELECT ('00000000-0000-0000-0001-'||lpad(i::text,12,'0'))::uuid,'诊所'||i,'示例路'||i||'号',(ARRAY['illegal_practice','unlicensed_business','water_vending'])[1+i%3],'active','{}',now(),1, g.street_code, g.code, p
FROM generate_series(1,5000) i, LATERAL (SELECT ST_SetSRID(ST_MakePoint(121.36+pg_temp.chance(i,1)*0.0999, 31.21+pg_temp.chance(i,2)*0.07), 4490) p) q JOIN grids g ON ST_Covers(g.geometry, q.p);
INSERT INTO reports (id,seq,author_id,site_id,category,outcome,status,severity,captured_at,recorded_at,received_at,verdict,"placing",grid_code,street_code,site,answers,attributes,findings,description,flags,photos_expected,photos_here,version,position,accuracy_m,form_code,form_version)
SELECT ('00000000-0000-0000-0002-'||lpad(i::text,12,'0'))::uuid, i,
 ('00000000-0000-0000-0000-'||lpad((1+(pg_temp.chance(i,3)*600)::integer%600)::text,12,'0'))::uuid,
 CASE WHEN i%3=0 THEN ('00000000-0000-0000-0001-'||lpad((1+(i*31)%4000)::text,12,'0'))::uuid END,
 (ARRAY['illegal_practice','unlicensed_business','water_vending'])[1+(pg_temp.chance(i,4)*3)::integer%3],
 CASE WHEN i%29=0 THEN 'problem' WHEN i%31=0 THEN 'closed_door' ELSE 'no_problem' END,
 CASE WHEN i%29=0 THEN (CASE WHEN i < :n*0.95 THEN 'closed' ELSE 'referred' END) WHEN i%997=0 THEN 'withdrawn' ELSE 'recorded' END,
 CASE WHEN i%29=0 THEN (ARRAY['low','medium','high','emergency'])[1+(i/29)%4] END,
 :now - ((:n-i)*interval '40 seconds') - interval '1 hour', :now - ((:n-i)*interval '40 seconds'), :now - ((:n-i)*interval '40 seconds'),
 'inside','{}', s.code||'001'||lpad((s.x%6*8+s.y%8+1)::text,3,'0'), s.code,
 CASE WHEN i%2=0 THEN jsonb_build_object('name','店'||i,'address','路'||i) END,
 '{}','{}', CASE WHEN i%29=0 THEN jsonb_build_array(jsonb_build_object('code','A-01','note','','severity','medium')) ELSE '[]' END,
 '巡查记录说明文字 '||i, CASE WHEN i%50=0 THEN ARRAY['borderline'] WHEN i%5000=1 THEN ARRAY['mock_location'] ELSE '{}' END, 2, 2, 1,
 CASE WHEN i%100>0 THEN ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4490) END, 10,'A',1
FROM generate_series(1,:n) i,
 LATERAL (SELECT (pg_temp.chance(i,5)*60)::integer spot, pg_temp.chance(i,6) a, pg_temp.chance(i,7) b, pg_temp.chance(i,8) c, pg_temp.chance(i,9) d, pg_temp.chance(i,10) kind) h,
 LATERAL (SELECT CASE WHEN kind<0.2 THEN 121.36+a*0.0999 ELSE least(greatest(121.365+pg_temp.chance(spot,11)*0.09+(a+b+c-1.5)*0.003, 121.36), 121.4599) END lon,
                 CASE WHEN kind<0.2 THEN 31.21+b*0.07 ELSE least(greatest(31.213+pg_temp.chance(spot,12)*0.064+(b-c+d-0.5)*0.0025, 31.21), 31.2799) END lat) p,
 LATERAL (SELECT lon, lat, x, y, (ARRAY['310107005','310107014','310107015','310107016','310107017','310107020','310107021','310107022','310107102','310107103'])[1+x/6*2+y/8] code
          FROM (SELECT lon, lat, ((lon-121.36)*300)::integer%30 x, floor((lat-31.21)*214)::integer%15 y) xy) s;
INSERT INTO referrals (id, report_id, report_seq, category, position, street_code, function_code, department_id, role, status, severity, is_emergency, finding_codes, rule_codes, legal_basis, deadline_profile, deadlines, created_at, return_count, version)
SELECT gen_random_uuid(), r.id, r.seq, r.category, r.position, r.street_code, f.function_code, f.department_id, CASE WHEN f.k=1 THEN 'lead' ELSE 'co' END, CASE WHEN r.status='closed' THEN 'closed' ELSE 'routed' END, coalesce(r.severity,'medium'), r.severity = 'emergency','["A-01"]','[]','[]','medium','{}', r.received_at,0,1
FROM reports r JOIN LATERAL (SELECT d.*, row_number() over () k FROM department_functions d WHERE d.valid_to IS NULL AND d.street_code IS NULL ORDER BY md5(d.function_code||(r.seq%17)::text) LIMIT 2) f ON true
WHERE r.outcome='problem' ORDER BY r.seq;

-- Invented people, sites and :n reports in ten streets; about one in thirty is a problem with two referrals.
INSERT INTO users (id, username, name, password_hash, is_active, failed_logins, password_changed_at, created_at)
SELECT ('00000000-0000-0000-0000-'||lpad(i::text,12,'0'))::uuid, 'w'||i, 'W'||i, '!', true, 0, now(), now() FROM generate_series(1,600) i;
INSERT INTO sites (id,name,address,category,status,licence,created_at,version,street_code)
SELECT ('00000000-0000-0000-0001-'||lpad(i::text,12,'0'))::uuid,'诊所'||i,'示例路'||i||'号','illegal_practice','active','{}',now(),1,NULL FROM generate_series(1,5000) i;
INSERT INTO reports (id,seq,author_id,site_id,category,outcome,status,severity,captured_at,recorded_at,received_at,verdict,"placing",grid_code,street_code,site,answers,attributes,findings,description,flags,photos_expected,photos_here,version,position,accuracy_m,form_code,form_version,routing)
SELECT ('00000000-0000-0000-0002-'||lpad(i::text,12,'0'))::uuid, i,
 ('00000000-0000-0000-0000-'||lpad((1+((i%100000)*7919)%600)::text,12,'0'))::uuid,
 CASE WHEN i%3=0 THEN ('00000000-0000-0000-0001-'||lpad((1+(i*31)%5000)::text,12,'0'))::uuid END,
 (ARRAY['illegal_practice','unlicensed_business','water_vending'])[1+i%3],
 CASE WHEN i%29=0 THEN 'problem' WHEN i%31=0 THEN 'closed_door' ELSE 'no_problem' END,
 CASE WHEN i%29=0 THEN (CASE WHEN i < :n*0.95 THEN 'closed' ELSE 'referred' END) WHEN i%997=0 THEN 'withdrawn' ELSE 'recorded' END,
 CASE WHEN i%29=0 THEN (ARRAY['low','medium','high','emergency'])[1+(i/29)%4] END,
 :now - ((:n-i)*interval '40 seconds') - interval '1 hour', :now - ((:n-i)*interval '40 seconds'), :now - ((:n-i)*interval '40 seconds'),
 'inside','{}', s||'001'||lpad((1+(i*13)%45)::text,3,'0'), s,
 CASE WHEN i%2=0 THEN jsonb_build_object('name','店'||i,'address','路'||i) END,
 '{}','{}', CASE WHEN i%29=0 THEN jsonb_build_array(jsonb_build_object('code','A-01','note','','severity','medium')) ELSE '[]' END,
 '巡查记录说明文字 '||i, CASE WHEN i%50=0 THEN ARRAY['borderline'] WHEN i%5000=1 THEN ARRAY['mock_location'] ELSE '{}' END, 2, 2, 1,
 ST_SetSRID(ST_MakePoint(121.36+ (i*37%1000)/10000.0, 31.21+(i*91%700)/10000.0),4490), 10,'A',1,
 CASE WHEN i%29=0 THEN jsonb_build_object('rule_set','putuo-2026','rule_set_version',1) END
FROM generate_series(1,:n) i, LATERAL (SELECT (ARRAY['310107005','310107014','310107015','310107016','310107017','310107020','310107021','310107022','310107102','310107103'])[1+(i*17/3)%10] s) z;
INSERT INTO report_photos (report_id, sha256, ordinal, byte_count, mime, role, source, named_at, arrived_at)
SELECT id, encode(sha256((id::text||k)::bytea),'hex'), k, 1000, 'image/jpeg','detail','camera', received_at, received_at FROM reports, generate_series(1,2) k;
INSERT INTO referrals (id, report_id, report_seq, category, position, street_code, function_code, department_id, role, status, severity, is_emergency, finding_codes, rule_codes, legal_basis, deadline_profile, deadlines, created_at, return_count, version)
SELECT gen_random_uuid(), r.id, r.seq, r.category, r.position, r.street_code, f.function_code, f.department_id, CASE WHEN f.k=1 THEN 'lead' ELSE 'co' END, CASE WHEN r.status='closed' THEN 'closed' ELSE 'routed' END, coalesce(r.severity,'medium'), false,'[]','[]','[]','medium','{}', r.received_at,0,1
FROM reports r JOIN LATERAL (SELECT d.*, row_number() over () k FROM department_functions d WHERE d.valid_to IS NULL AND d.street_code IS NULL ORDER BY md5(d.function_code||(r.seq%17)::text) LIMIT 2) f ON true
WHERE r.outcome='problem' ORDER BY r.seq;

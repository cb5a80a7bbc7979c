check_PROGRAMS += tests/audit/test_audit
tests_audit_test_audit_SOURCES = tests/audit/test_audit.c
tests_audit_test_audit_CPPFLAGS = $(TEST_CPPFLAGS)
tests_audit_test_audit_LDADD = $(TEST_LIBS)

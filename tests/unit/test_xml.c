#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "render/xml.h"

static void test_xml_nesting(void **state)
{
	static const char want[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				   "<a x=\"1&#x9;2&#xA;3&quot;&gt;\">\n"
				   "  <b/>\n"
				   "  <c> t\n </c>\n"
				   "  <d>\n"
				   "    <e n=\"7\">18446744073709551615</e>\n"
				   "    <f t=\"\xef\xbf\xbd&amp;\xe2\x84\xa2\"/>\n"
				   "    <g>\n"
				   "      <h>\n"
				   "        <i/>\n"
				   "      </h>\n"
				   "    </g>\n"
				   "    <j k=\"l\"/>\n"
				   "  </d>\n"
				   "</a>\n";
	struct of_buf out = {0};
	struct of_xml xml;

	(void)state;
	of_xml_init(&xml, &out, OF_XML_NAMED);
	of_xml_open(&xml, "a");
	of_xml_attr(&xml, "x", STR("1\t2\n3\">"));
	of_xml_attr_if(&xml, "y", STR(""));
	of_xml_attr_uint_if(&xml, "z", 0);
	of_xml_element(&xml, "b", STR(""));
	of_xml_element_if(&xml, "never", STR(""));
	of_xml_element(&xml, "c", STR(" t\n "));
	of_xml_open(&xml, "d");
	of_xml_open_leaf(&xml, "e");
	of_xml_attr_uint_if(&xml, "n", 7);
	of_xml_close_leaf(&xml, STR("18446744073709551615"));
	of_xml_open(&xml, "f");
	of_xml_attr(&xml, "t", STR("\x01\xff&\xe2\x84\xa2"));
	of_xml_close(&xml);
	of_xml_open(&xml, "g");
	of_xml_open(&xml, "h");
	of_xml_element(&xml, "i", STR("\x01"));
	of_xml_close(&xml);
	of_xml_close(&xml);
	of_xml_open_leaf(&xml, "j");
	of_xml_attr(&xml, "k", STR("l"));
	assert_int_equal(of_xml_finish(&xml, NULL), OF_OK);
	assert_string_equal(out.ptr, want);
	of_buf_finish(&out);
}

static void test_xml_keeps_first_failure(void **state)
{
	struct of_buf out = {0};
	struct of_err err = {0};
	struct of_xml xml;

	(void)state;
	of_xml_init(&xml, &out, OF_XML_HEX);
	of_xml_open(&xml, "a");
	of_xml_fail(&xml, OF_ELIMIT);
	of_xml_fail(&xml, OF_ENOMEM);
	of_xml_element(&xml, "b", STR("c"));
	assert_int_equal(of_xml_finish(&xml, &err), OF_ELIMIT);
	of_buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml_nesting),
		cmocka_unit_test(test_xml_keeps_first_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
